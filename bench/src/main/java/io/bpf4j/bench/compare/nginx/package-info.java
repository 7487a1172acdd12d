/** What watching TLS costs a web server: nginx under load, with the tool attached and detached in turn. */
package io.bpf4j.bench.compare.nginx;
