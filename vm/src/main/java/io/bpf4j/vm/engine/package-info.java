/** Runs programs in user space: the machine that they run on, its helpers, and the interpreter that defines them. */
package io.bpf4j.vm.engine;
