/** Objects that clang makes, in libbpf's conventions, as units: linked, and fitted to one kernel. */
package io.bpf4j.vm.object.foreign;
