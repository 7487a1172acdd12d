/** {@code bpf4j verify}: what the verifier says of programs. */
package io.bpf4j.tools.verify;
