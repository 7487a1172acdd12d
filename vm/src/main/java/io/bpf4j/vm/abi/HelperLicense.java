package io.bpf4j.vm.abi;

/** Whether a helper asks for a GPL-compatible program (include/linux/bpf.h, bpf_func_proto.gpl_only). */
enum HelperLicense {
    ANY_LICENSE,
    GPL_ONLY
}
