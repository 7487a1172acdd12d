package io.bpf4j.vm.x64;

/**
 * What follows each opcode in 64-bit mode, a character per opcode, rows of 16 (SDM volume 2, appendix A):
 *
 * <pre>
 * -  nothing                          M  ModRM                          x  no instruction
 * b  1 byte                           B  ModRM, 1 byte                  p  a prefix
 * w  2 bytes                          Z  ModRM, 4 (66: 2) bytes         &gt;  the next byte says more
 * e  3 bytes (ENTER)                  T  ModRM, of TEST an immediate
 * z  4 (66: 2) bytes                  R  ModRM that names registers even if it looks like memory
 * v  4 (66: 2, REX.W: 8) bytes        Q  ModRM, with 66 or F2 2 bytes (EXTRQ, INSERTQ)
 * a  an address, 8 (67: 4) bytes
 * j  branch distance of 1 byte        J  branch distance of 4 bytes
 * </pre>
 *
 * <p>A slot is "no instruction" only if no member of it exists; reserved members within groups, and reserved
 * combinations with prefixes, are taken to be as long as their neighbours.
 */
final class OpcodeTables {

    /** Opcodes of one byte (SDM volume 2, table A-2). */
    static final String PRIMARY = table("""
            MMMMbzxxMMMMbzx>
            MMMMbzxxMMMMbzxx
            MMMMbzpxMMMMbzpx
            MMMMbzpxMMMMbzpx
            pppppppppppppppp
            ----------------
            xx>MppppzZbB----
            jjjjjjjjjjjjjjjj
            BZxBMMMMMMMMMMM>
            ----------x-----
            aaaa----bz------
            bbbbbbbbvvvvvvvv
            BBw->>BZe-w--bx-
            MMMMxxx-MMMMMMMM
            jjjjbbbbJJxj----
            p-pp--TT------MM""");

    /** Opcodes after 0F (SDM volume 2, table A-3); 0F 0F is 3DNow!, whose opcode comes last, like an immediate. */
    static final String SECONDARY = table("""
            MMMMx-----x-xM-B
            MMMMMMMMMMMMMMMM
            RRRRxxxxMMMMMMMM
            ------x->x>xxxxx
            MMMMMMMMMMMMMMMM
            MMMMMMMMMMMMMMMM
            MMMMMMMMMMMMMMMM
            BBBBMMM-QMxxMMMM
            JJJJJJJJJJJJJJJJ
            MMMMMMMMMMMMMMMM
            ---MBMMM---MBMMM
            MMMMMMMMMMBMMMMM
            MMBMBBBM--------
            MMMMMMMMMMMMMMMM
            MMMMMMMMMMMMMMMM
            MMMMMMMMMMMMMMMM""");

    /** Opcodes of map 1 after VEX or EVEX; VZEROUPPER (77) is the only one without ModRM. */
    static final String VECTOR = table("""
            xxxxxxxxxxxxxxxx
            MMMMMMMMxxxxxxxx
            xxxxxxxxMMMMMMMM
            xxxxxxxxxxxxxxxx
            xMMxMMMMxxMMxxxx
            MMMMMMMMMMMMMMMM
            MMMMMMMMMMMMMMMM
            BBBBMMM-MMMMMMMM
            xxxxxxxxxxxxxxxx
            MMMMxxxxMMxxxxxx
            xxxxxxxxxxxxxxMx
            xxxxxxxxxxxxxxxx
            xxBxBBBxxxxxxxxx
            MMMMMMMMMMMMMMMM
            MMMMMMMMMMMMMMMM
            MMMMMMMMMMMMMMMx""");

    /**
     * What follows every opcode of a map that has the same for all, by the map's number in VEX, EVEX or XOP; x where
     * there is no such map: 2 is 0F38, 3 is 0F3A, 5 and 6 are AVX512-FP16's, 8 to 10 are XOP's (AMD manual volume 3,
     * section 1.2.5).
     */
    static final String WHOLE_MAPS = "xxMBxMMxBMZ";

    private OpcodeTables() {}

    private static String table(String rows) {
        String table = rows.replace("\n", "");
        if (table.length() != 256) {
            throw new IllegalStateException("an opcode table has " + table.length() + " entries");
        }
        return table;
    }
}
