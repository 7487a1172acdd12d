/** What single operations cost, under the micro benchmark harness. */
package io.bpf4j.bench.micro;
