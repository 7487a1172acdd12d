/** {@code jsyscount}: its probe, what it counts, and how that is shown. */
package io.bpf4j.tools.syscount;
