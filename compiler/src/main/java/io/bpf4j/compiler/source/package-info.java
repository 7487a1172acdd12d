/** Source text, places in it, and what there is to say about them: diagnostics with line and caret. */
package io.bpf4j.compiler.source;
