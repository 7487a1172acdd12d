/** User mode: units in the traced processes themselves, sharing one arena of maps with this process. */
package io.bpf4j.loader.user;
