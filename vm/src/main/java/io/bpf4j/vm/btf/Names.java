package io.bpf4j.vm.btf;

/** The names that the kernel takes in BTF (kernel/bpf/btf.c, __btf_name_valid). */
public final class Names {
    private Names() {}

    /** Makes a C identifier of a name: every other character becomes an underscore, and so does an empty name. */
    public static String identifier(String name) {
        StringBuilder result = new StringBuilder();
        for (int i = 0; i < Math.min(name.length(), BtfLayout.MAX_NAME); i++) {
            char c = name.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
            boolean digit = c >= '0' && c <= '9';
            if (digit && i == 0) {
                result.append('_');
            }
            result.append(letter || digit ? c : '_');
        }
        result.setLength(Math.min(result.length(), BtfLayout.MAX_NAME));
        return result.isEmpty() ? "_" : result.toString();
    }
}
