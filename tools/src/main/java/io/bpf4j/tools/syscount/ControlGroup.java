package io.bpf4j.tools.syscount;

import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A control group of version 2.
 *
 * @param id what the kernel calls it: the inode number of its directory (kernel/cgroup/cgroup.c, cgroup_id)
 * @param level how many groups are above it
 */
record ControlGroup(long id, int level) {

    /** The inode number of the topmost group's directory (fs/kernfs/dir.c, kernfs_create_root). */
    private static final long ROOT_ID = 1;

    /**
     * Looks at a directory.
     *
     * @throws UserError if it is not there or is no control group
     */
    static ControlGroup of(Path path) {
        try {
            Path real = path.toRealPath();
            if (!Files.isDirectory(real) || !Files.getFileStore(real).type().equals("cgroup2")) {
                throw new UserError(ExitCode.USAGE, path + " is not a control group of version 2",
                        "give a directory below /sys/fs/cgroup where cgroup2 is mounted");
            }
            int level = 0;
            Path above = real;
            while (id(above) != ROOT_ID) {
                above = above.getParent();
                level++;
                if (above == null || !Files.exists(above.resolve("cgroup.procs"))) {
                    throw new UserError(ExitCode.USAGE, "cannot tell how deep " + path + " is: the topmost"
                            + " control group is not mounted here", "run this outside the container");
                }
            }
            return new ControlGroup(id(real), level);
        } catch (IOException e) {
            throw new UserError(ExitCode.NO_TARGET, "there is no control group " + path);
        }
    }

    private static long id(Path directory) throws IOException {
        return (Long) Files.getAttribute(directory, "unix:ino");
    }
}
