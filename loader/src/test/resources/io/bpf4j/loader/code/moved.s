# What compilers rarely make. Each is long f(long), patched at every instruction.
    .intel_syntax noprefix
    .text

    .macro function name
    .p2align 4
    .globl \name
    .type \name, @function
\name:
    .endm
    .macro done name
    .size \name, . - \name
    .endm

    function plus
    .hidden plus
    lea rax, [rdi + 1]
    ret
    done plus

    function counted_none
    mov rcx, rdi
    jrcxz 1f
    lea rax, [rcx + 1]
    ret
1:  mov eax, 77
    ret
    done counted_none

    function counted_loop
    and edi, 15
    lea ecx, [rdi + 1]
    xor eax, eax
1:  add eax, ecx
    loop 1b
    ret
    done counted_loop

    function counted_32
    mov rcx, rdi
    xor eax, eax
    .byte 0x67
    jrcxz 1f
    inc eax
1:  ret
    done counted_32

    function counted_while_equal
    and edi, 31
    lea ecx, [rdi + 1]
    xor eax, eax
1:  inc eax
    test eax, 4
    loope 1b
    lea eax, [rax + rcx * 8]
    ret
    done counted_while_equal

    function short_conditional
    test rdi, rdi
    js 1f
    lea rax, [rdi + rdi]
    ret
1:  mov rax, rdi
    neg rax
    ret
    done short_conditional

    function short_jump
    jmp 1f
    ud2
1:  lea rax, [rdi + 5]
    ret
    done short_jump

    function direct_call
    call plus
    add rax, rdi
    ret
    done direct_call

    function register_call
    lea rax, plus[rip]
    call rax
    add rax, 2
    ret
    done register_call

    function memory_call
    call [rip + pointer]
    add rax, 3
    ret
    done memory_call

    function based_call
    lea rdx, pointer[rip - 8]
    notrack call [rdx + 8]
    add rax, 4
    ret
    done based_call

    function memory_jump
    add rdi, 9
    jmp [rip + pointer]
    done memory_jump

    function bound_jump
    .byte 0xf2
    jmp plus
    done bound_jump

    function own_address
    call 1f
1:  pop rax
    lea rcx, [rip + 1b]
    sub rax, rcx
    add rax, rdi
    ret
    done own_address

    function entered_again
    endbr64
    dec rdi
    and rdi, 7
    jnz entered_again
    lea rax, [rdi + 6]
    ret
    done entered_again

    function flags_kept
    cmp rdi, 100
    lea rax, constant[rip]
    mov rax, [rax]
    cmovg rax, rdi
    setl dl
    movzx edx, dl
    adc rax, rdx
    ret
    done flags_kept

    function based_compare
    cmp dword ptr constant[rip], 1234567
    jne 1f
    add dil, byte ptr constant[rip + 1]
    cmp rdi, qword ptr constant[rip]
    jae 1f
    imul rax, qword ptr constant[rip], 17
    add rax, rdi
    ret
1:  mov rax, rdi
    ret
    done based_compare

    function vectors
    movq xmm0, rdi
    vpaddq xmm0, xmm0, xmmword ptr constant[rip]
    paddq xmm0, xmmword ptr constant[rip]
    vpshufd xmm1, xmmword ptr constant[rip], 0x4e
    paddq xmm0, xmm1
    movq rax, xmm0
    ret
    done vectors

    function repeated_return
    mov rax, rdi
    rep ret
    done repeated_return

    function pushes_itself
    push rdi
    push rsp
    pop rax
    sub rax, rsp
    pop rcx
    add rax, rcx
    ret
    done pushes_itself

    function middle_entered
    push rbx
    mov ebx, 3
    test dil, 1
    jz 2f
1:  add rdi, rbx
2:  dec ebx
    jnz 1b
    lea rax, [rdi]
    pop rbx
    ret
    done middle_entered

    function red_zone
    mov [rsp - 8], rdi
    mov qword ptr [rsp - 16], 5
    mov rax, [rsp - 8]
    add rax, [rsp - 16]
    ret
    done red_zone

    function tiny
    mov eax, edi
    ret
    done tiny

    function big_entry
    movabs rax, 0x123456789abcdef0
    xor rax, rdi
    ret
    done big_entry

    .section .rodata
    .p2align 4
constant:
    .quad 1234567, 89

    .section .data.rel.ro, "aw"
    .p2align 3
pointer:
    .quad plus
    .section .note.GNU-stack, "", @progbits
