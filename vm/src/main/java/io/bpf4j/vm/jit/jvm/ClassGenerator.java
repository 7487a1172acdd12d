package io.bpf4j.vm.jit.jvm;

import static org.objectweb.asm.Opcodes.ACC_FINAL;
import static org.objectweb.asm.Opcodes.ACC_PRIVATE;
import static org.objectweb.asm.Opcodes.ACC_PROTECTED;
import static org.objectweb.asm.Opcodes.ACC_PUBLIC;
import static org.objectweb.asm.Opcodes.ACC_STATIC;
import static org.objectweb.asm.Opcodes.ACC_SUPER;
import static org.objectweb.asm.Opcodes.ALOAD;
import static org.objectweb.asm.Opcodes.CHECKCAST;
import static org.objectweb.asm.Opcodes.F_SAME;
import static org.objectweb.asm.Opcodes.ILOAD;
import static org.objectweb.asm.Opcodes.INVOKESPECIAL;
import static org.objectweb.asm.Opcodes.INVOKESTATIC;
import static org.objectweb.asm.Opcodes.LCONST_0;
import static org.objectweb.asm.Opcodes.LLOAD;
import static org.objectweb.asm.Opcodes.LRETURN;
import static org.objectweb.asm.Opcodes.PUTSTATIC;
import static org.objectweb.asm.Opcodes.RETURN;
import static org.objectweb.asm.Opcodes.V21;

import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.Executable;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.PreparedProgram;
import io.bpf4j.vm.flow.ControlFlow;
import io.bpf4j.vm.flow.Subprogram;
import io.bpf4j.vm.jit.jvm.Constants.Entry;
import java.util.List;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/** Makes the class of one program: a static method for each function, and a field for each object that they use. */
final class ClassGenerator {

    private static final String PACKAGE = "io.bpf4j.vm.jit.jvm.program.";
    private static final String BASE = Type.getInternalName(CompiledProgram.class);
    private static final String EXECUTION = Execution.class.descriptorString();

    private final PreparedProgram prepared;
    private final Machine machine;
    private final String name;
    private final Constants constants;
    private final BufferAccess atomicAccess;
    private final Access access;
    private final ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);

    ClassGenerator(PreparedProgram prepared, boolean segments) {
        this.prepared = prepared;
        this.machine = prepared.machine();
        this.name = PACKAGE + prepared.program().name().replaceAll("\\W", "_");
        this.constants = new Constants(owner());
        this.atomicAccess = new BufferAccess(constants, machine.memory());
        this.access = segments ? new SegmentAccess(constants, machine.memory()) : atomicAccess;
    }

    /** Returns the internal name of the class. */
    String owner() {
        return name.replace('.', '/');
    }

    ControlFlow flow() {
        return prepared.flow();
    }

    Machine machine() {
        return machine;
    }

    Constants constants() {
        return constants;
    }

    Access access() {
        return access;
    }

    BufferAccess atomicAccess() {
        return atomicAccess;
    }

    boolean checked() {
        return prepared.checking() == Checking.FULL;
    }

    /**
     * Makes the class and its one instance.
     *
     * @throws org.objectweb.asm.MethodTooLargeException if a function does not fit into a method
     * @throws UncompilableException if HotSpot would not compile the method of a function
     */
    Executable generate() {
        writer.visit(V21, ACC_PUBLIC | ACC_FINAL | ACC_SUPER, owner(), null, BASE, null);
        writer.visitSource(prepared.program().name(), null);
        constructor();
        main();
        function();
        for (Subprogram function : flow().functions()) {
            Code code = new Code(writer.visitMethod(ACC_PRIVATE | ACC_STATIC,
                    CompiledProgram.methodName(function.start()), CallCode.FUNCTION_TYPE, null, null));
            HugeMethods.check(function.start(), new FunctionGenerator(this, function, code).generate());
        }
        fields();
        writer.visitEnd();
        byte[] bytes = writer.toByteArray();
        List<Object> values = constants.entries().stream().map(Entry::value).toList();
        try {
            return (Executable) new ProgramLoader(prepared, values).define(name, bytes)
                    .getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the class of program " + prepared.program().name(), e);
        }
    }

    private void constructor() {
        MethodVisitor method = writer.visitMethod(ACC_PUBLIC, "<init>", "()V", null, null);
        method.visitCode();
        method.visitVarInsn(ALOAD, 0);
        method.visitMethodInsn(INVOKESPECIAL, BASE, "<init>", "()V", false);
        method.visitInsn(RETURN);
        end(method);
    }

    private static void end(MethodVisitor method) {
        method.visitMaxs(0, 0);
        method.visitEnd();
    }

    /** {@code main(execution, first, second, frame)} calls the first function. */
    private void main() {
        MethodVisitor method = writer.visitMethod(ACC_PROTECTED, "main", "(" + EXECUTION + "JJJ)J", null,
                null);
        method.visitCode();
        method.visitVarInsn(ALOAD, 1);
        method.visitVarInsn(LLOAD, 2);
        method.visitVarInsn(LLOAD, 4);
        method.visitInsn(LCONST_0);
        method.visitInsn(LCONST_0);
        method.visitInsn(LCONST_0);
        method.visitVarInsn(LLOAD, 6);
        call(method, flow().functions().getFirst());
        end(method);
    }

    private void call(MethodVisitor method, Subprogram function) {
        method.visitMethodInsn(INVOKESTATIC, owner(), CompiledProgram.methodName(function.start()),
                CallCode.FUNCTION_TYPE, false);
        method.visitInsn(LRETURN);
    }

    /** {@code function(execution, slot, first, second, third, fourth, frame)} calls the one that starts there. */
    private void function() {
        MethodVisitor method = writer.visitMethod(ACC_PROTECTED, "function", "(" + EXECUTION + "IJJJJJ)J",
                null, null);
        method.visitCode();
        List<Subprogram> functions = flow().functions();
        int[] keys = functions.stream().mapToInt(Subprogram::start).toArray();
        Label[] labels = functions.stream().map(one -> new Label()).toArray(Label[]::new);
        method.visitVarInsn(ILOAD, 2);
        // The first is as good as any for a number that is not there: the caller has looked.
        method.visitLookupSwitchInsn(labels[0], keys, labels);
        for (int i = 0; i < labels.length; i++) {
            method.visitLabel(labels[i]);
            method.visitFrame(F_SAME, 0, null, 0, null);
            method.visitVarInsn(ALOAD, 1);
            for (int variable = 3; variable < 11; variable += 2) {
                method.visitVarInsn(LLOAD, variable);
            }
            method.visitInsn(LCONST_0);
            method.visitVarInsn(LLOAD, 11);
            call(method, functions.get(i));
        }
        end(method);
    }

    private void fields() {
        MethodVisitor method = writer.visitMethod(ACC_STATIC, "<clinit>", "()V", null, null);
        Code code = new Code(method);
        method.visitCode();
        List<Entry> entries = constants.entries();
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            String type = entry.type().descriptorString();
            writer.visitField(ACC_PRIVATE | ACC_STATIC | ACC_FINAL, entry.field(), type, null, null)
                    .visitEnd();
            method.visitLdcInsn(Type.getObjectType(owner()));
            code.constant(i);
            method.visitMethodInsn(INVOKESTATIC, BASE, "constant", "(Ljava/lang/Class;I)Ljava/lang/Object;",
                    false);
            method.visitTypeInsn(CHECKCAST, Type.getInternalName(entry.type()));
            method.visitFieldInsn(PUTSTATIC, owner(), entry.field(), type);
        }
        method.visitInsn(RETURN);
        end(method);
    }
}
