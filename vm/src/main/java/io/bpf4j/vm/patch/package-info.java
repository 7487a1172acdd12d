/** Which bytes of a foreign x86-64 program may give way to a jump, and what becomes of the instructions there. */
package io.bpf4j.vm.patch;
