package io.bpf4j.tools.common;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How tests start a tool as a process: its main class in this Java, or, after packaging, its script. */
public final class ToolCommand {
    private static final Path JAR = Path.of("target/bpf4j-tools.jar").toAbsolutePath();

    private ToolCommand() {}

    /** Whether tools are started by their scripts; the build's second round of tests says so. */
    public static boolean launched() {
        return Boolean.getBoolean("bpf4j.launched");
    }

    /** Returns the command line, whose process is the tool's whatever it goes through. */
    public static List<String> of(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(launched() ? script(main) : java(main));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Returns a tool's script, which makes no archive, as that would run beside other tests. */
    private static List<String> script(Class<?> main) {
        assumeTrue(Files.exists(JAR), JAR + " is not built yet");
        String name = switch (main.getSimpleName()) {
            case "Bpf4j" -> "bpf4j";
            case "SslSniff" -> "jsslsniff";
            case "SysCount" -> "jsyscount";
            default -> throw new IllegalArgumentException(main + " has no script");
        };
        return List.of("/usr/bin/env", "BPF4J_ARCHIVE=off", "JAVA_HOME=" + System.getProperty("java.home"),
                Path.of("bin", name).toAbsolutePath().toString());
    }

    private static List<String> java(Class<?> main) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-Xlog:disable", "-Xlog:all=off", "--enable-native-access=ALL-UNNAMED"));
        if (Runtime.version().feature() >= 23) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        return command;
    }
}
