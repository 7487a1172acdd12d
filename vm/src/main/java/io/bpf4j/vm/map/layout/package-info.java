/** Where everything of a map lies in shared memory: the contract between Java and generated code. */
package io.bpf4j.vm.map.layout;
