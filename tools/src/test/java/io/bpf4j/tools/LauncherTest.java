package io.bpf4j.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real scripts in a copy of the tree, with JDKs that print how they are called. */
class LauncherTest {

    private static final String USUAL_PATH = "/usr/bin:/bin";

    @TempDir
    private Path directory;
    private Path bin;

    private record Result(int code, String output, String errors) {}

    @BeforeEach
    void copyTheScripts() throws IOException {
        bin = Files.createDirectories(directory.resolve("a tree/tools/bin"));
        for (String name : List.of(".launch", "bpf4j", "jsslsniff", "jsyscount")) {
            Files.copy(Path.of("bin").resolve(name), bin.resolve(name));
        }
        Path jar = Files.createDirectories(bin.resolveSibling("target")).resolve("bpf4j-tools.jar");
        Files.writeString(jar, "");
        Files.setLastModifiedTime(jar, FileTime.fromMillis(0));
    }

    /** Makes a folder that looks like a JDK; its java prints its path and then each argument on a line. */
    private Path jdk(String name, String version) throws IOException {
        Path home = directory.resolve(name);
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        executable(java, "#!/bin/sh\nprintf '%s\\n' \"$0\" \"$@\"\nexit 7\n");
        return home;
    }

    private static void executable(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Result run(Path script, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", USUAL_PATH, "HOME", directory.toString(),
                "BPF4J_ARCHIVE", "off"));
        builder.environment().putAll(environment);
        Path errors = directory.resolve("errors");
        Process process = builder.redirectError(errors.toFile()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        return new Result(process.exitValue(), output, Files.readString(errors));
    }

    @Test
    void argumentsAndTheExitCodePassUntouched() throws Exception {
        String[] arguments = {"", "a b", "*", "$HOME", "-e", "line\nbreak", "--", "'"};
        Result result = run(bin.resolve("bpf4j"), Map.of("JAVA_HOME", jdk("jdk", "21.0.2").toString()),
                arguments);
        assertEquals("", result.errors());
        assertEquals(7, result.code());
        assertTrue(result.output().endsWith("\n-cp\n" + bin.resolveSibling("target/bpf4j-tools.jar")
                + "\nio.bpf4j.tools.Bpf4j\n" + String.join("\n", arguments) + "\n"), result.output());
    }

    @Test
    void javaHomeComesBeforePath() throws Exception {
        Path home = jdk("home", "22");
        Path other = jdk("other", "25.0.1");
        String path = other.resolve("bin") + ":" + USUAL_PATH;
        assertEquals(home + "/bin/java",
                run(bin.resolve("bpf4j"), Map.of("JAVA_HOME", home.toString(), "PATH", path))
                        .output().lines().findFirst().orElseThrow());
        assertEquals(other + "/bin/java", run(bin.resolve("bpf4j"), Map.of("PATH", path))
                .output().lines().findFirst().orElseThrow());
    }

    @Test
    void anOldJavaHomeIsPassedOver() throws Exception {
        Path old = jdk("old", "17.0.9");
        Path found = jdk("found", "21");
        Result result = run(bin.resolve("jsyscount"), Map.of("JAVA_HOME", old.toString(), "PATH",
                found.resolve("bin") + ":" + USUAL_PATH));
        assertTrue(result.output().startsWith(found + "/bin/java\n"), result.output());
        assertTrue(result.output().endsWith("\nio.bpf4j.tools.syscount.SysCount\n"), result.output());
    }

    @Test
    void flagsFollowTheVersion() throws Exception {
        String unsafe = "--sun-misc-unsafe-memory-access=allow";
        for (String version : List.of("21", "22.0.1")) {
            assertFalse(run(bin.resolve("bpf4j"), Map.of("JAVA_HOME", jdk("v" + version, version).toString()))
                    .output().contains(unsafe), version);
        }
        for (String version : List.of("23", "24.0.1", "26-ea")) {
            assertTrue(run(bin.resolve("bpf4j"), Map.of("JAVA_HOME", jdk("v" + version, version).toString()))
                    .output().contains(unsafe), version);
        }
    }

    @Test
    void linksToAScriptFindTheirTree() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("sniff"),
                Path.of("a tree/tools/bin/jsslsniff"));
        Result result = run(link, Map.of("JAVA_HOME", jdk("jdk", "21").toString()));
        assertTrue(result.output().contains("\n-cp\n" + bin.resolveSibling("target/bpf4j-tools.jar") + "\n"),
                result.output() + result.errors());
        assertTrue(result.output().endsWith("\nio.bpf4j.tools.sslsniff.SslSniff\n"), result.output());
    }

    @Test
    void aMissingJarWithoutMavenIsOneLineAndAHint() throws Exception {
        Files.delete(bin.resolveSibling("target").resolve("bpf4j-tools.jar"));
        Path programs = Files.createDirectory(directory.resolve("programs"));
        Result result = run(bin.resolve("bpf4j"), Map.of("JAVA_HOME", jdk("jdk", "21").toString(), "PATH",
                programs.toString()));
        assertEquals(1, result.code());
        assertEquals("", result.output());
        assertEquals(2, result.errors().lines().count(), result.errors());
        assertTrue(result.errors().contains("hint: install maven"), result.errors());
    }

    @Test
    void changedSourcesAreBuiltFirstAndOnce() throws Exception {
        Path root = bin.getParent().getParent();
        Files.writeString(root.resolve("pom.xml"), "");
        Path programs = Files.createDirectory(directory.resolve("programs"));
        executable(programs.resolve("mvn"), "#!/bin/sh\necho built\n");
        Map<String, String> environment = Map.of("JAVA_HOME", jdk("jdk", "21").toString(), "PATH",
                programs + ":" + USUAL_PATH);
        Result first = run(bin.resolve("bpf4j"), environment);
        assertEquals("bpf4j: building (once, about a minute)...\nbuilt\n", first.errors());
        assertEquals(7, first.code());
        assertFalse(first.output().contains("built"));
        assertEquals("", run(bin.resolve("bpf4j"), environment).errors());
    }

    @Test
    void aFailedBuildEndsTheStart() throws Exception {
        Files.writeString(bin.getParent().resolveSibling("pom.xml"), "");
        Path programs = Files.createDirectory(directory.resolve("programs"));
        executable(programs.resolve("mvn"), "#!/bin/sh\nexit 1\n");
        Result result = run(bin.resolve("bpf4j"), Map.of("JAVA_HOME", jdk("jdk", "21").toString(), "PATH",
                programs + ":" + USUAL_PATH));
        assertEquals(1, result.code());
        assertEquals("", result.output());
        assertTrue(result.errors().contains("bpf4j: the build failed\nhint: cd "), result.errors());
    }
}
