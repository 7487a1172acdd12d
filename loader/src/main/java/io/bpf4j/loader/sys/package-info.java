/** The only door to the operating system: system calls, native memory, and the layouts that the kernel reads. */
package io.bpf4j.loader.sys;
