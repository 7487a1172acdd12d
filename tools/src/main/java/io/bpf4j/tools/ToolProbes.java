package io.bpf4j.tools;

import io.bpf4j.tools.session.ToolProbe;
import io.bpf4j.tools.sslsniff.SslSniff;
import io.bpf4j.tools.syscount.SysCount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The probes that come with the tools; the build starts it to compile them. */
public final class ToolProbes {

    /** All of them. */
    static final List<ToolProbe> ALL = List.of(SslSniff.PROBE, SysCount.PROBE);

    private ToolProbes() {}

    /** Compiles them into the one folder given, that of the compiled classes. */
    public static void main(String[] arguments) throws IOException {
        for (ToolProbe probe : ALL) {
            probe.build(Path.of(arguments[0]));
        }
    }
}
