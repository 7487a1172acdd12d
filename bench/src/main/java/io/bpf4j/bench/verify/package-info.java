/** What proving programs costs, beside the kernel's verifier. */
package io.bpf4j.bench.verify;
