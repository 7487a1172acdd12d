/** {@code bpf4j vm}: runs bare programs in each of the engines. */
package io.bpf4j.tools.vm;
