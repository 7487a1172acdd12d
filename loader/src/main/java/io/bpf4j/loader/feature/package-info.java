/** What this kernel can do for us: found out by trying, remembered, and explained. */
package io.bpf4j.loader.feature;
