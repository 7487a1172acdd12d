package io.bpf4j.tools.common;

import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code --version}: the tool, our version from the jar's manifest, and the Java that runs it. */
public final class VersionProvider implements IVersionProvider {

    @Spec
    private CommandSpec spec;

    @Override
    public String[] getVersion() {
        String version = VersionProvider.class.getPackage().getImplementationVersion();
        return new String[]{spec.root().name() + " " + (version == null ? "(unpacked)" : version)
                + " (Java " + Runtime.version() + ")"};
    }
}
