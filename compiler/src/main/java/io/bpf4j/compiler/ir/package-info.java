/** Three-address code in basic blocks on virtual registers. */
package io.bpf4j.compiler.ir;
