/** {@code jsslsniff}: what programs send and receive over TLS, in plain text. */
package io.bpf4j.tools.sslsniff;
