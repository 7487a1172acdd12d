/** What comparisons measured, on which machine, and how sure that is. */
package io.bpf4j.bench.compare.result;
