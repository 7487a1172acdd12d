/** Maps in shared memory, for runs in user space: one layout, used by Java and by generated code alike. */
package io.bpf4j.vm.map;
