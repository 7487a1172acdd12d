/** The world outside the bytecode: helpers, program types, register files and call conventions. */
package io.bpf4j.vm.abi;
