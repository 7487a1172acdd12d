/** How control flows through a program: its functions and where jumps go; what every engine and the verifier share. */
package io.bpf4j.vm.flow;
