/** From what a probe says ("libssl:SSL_write") to instructions in files, for the processes asked for. */
package io.bpf4j.loader.site;
