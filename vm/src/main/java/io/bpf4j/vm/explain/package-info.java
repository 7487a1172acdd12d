/** Why a program is refused, in the words of its source: one form, whether our verifier refuses it or the kernel's. */
package io.bpf4j.vm.explain;
