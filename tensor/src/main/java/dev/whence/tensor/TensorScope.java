package dev.whence.tensor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Owns native memory. Every tensor made while a scope is the innermost one of its thread belongs to it and is freed when
 * the scope closes, or earlier by {@link Tensor#close()}.
 *
 * <pre>{@code
 * try (TensorScope scope = TensorScope.open()) {
 *     Tensor y = Tensor.of(x).relu();
 *     return y.toNdArray();
 * }
 * }</pre>
 *
 * <p>Scopes nest; they are confined to the thread that opened them. A {@linkplain #detached() detached} scope is on no
 * thread's stack: it keeps what is {@linkplain #adopt adopted}, such as the weights of a network, and tensors in it may
 * be read from any thread.
 */
public final class TensorScope implements AutoCloseable {
    private static final ThreadLocal<Deque<TensorScope>> STACK = ThreadLocal.withInitial(ArrayDeque::new);
    private static final AtomicLong LIVE = new AtomicLong();

    private final List<Tensor> tensors = new ArrayList<>();
    private boolean stacked;
    private boolean closed;

    private TensorScope(boolean stacked) {
        this.stacked = stacked;
    }

    /** Opens a scope that becomes the innermost one of this thread. */
    public static TensorScope open() {
        Engine.start();
        TensorScope scope = new TensorScope(true);
        STACK.get().push(scope);
        return scope;
    }

    /** Makes a scope that only holds what is adopted. */
    public static TensorScope detached() {
        Engine.start();
        return new TensorScope(false);
    }

    /** The number of native tensors that are alive in this process; tests compare it before and after. */
    public static long liveTensors() {
        return LIVE.get();
    }

    static TensorScope innermost() {
        TensorScope scope = STACK.get().peek();
        if (scope == null) {
            throw new IllegalStateException("no TensorScope is open on this thread");
        }
        return scope;
    }

    synchronized void register(Tensor tensor) {
        if (closed) {
            throw new IllegalStateException("this TensorScope is closed");
        }
        tensor.slot = tensors.size();
        tensors.add(tensor);
        LIVE.incrementAndGet();
    }

    synchronized void release(Tensor tensor) {
        int slot = tensor.slot;
        Tensor last = tensors.removeLast();
        if (last != tensor) {
            tensors.set(slot, last);
            last.slot = slot;
        }
        LIVE.decrementAndGet();
    }

    /** Moves a tensor from the scope that owns it into this one, and returns it. */
    public Tensor adopt(Tensor tensor) {
        if (tensor.scope != this) {
            tensor.scope.release(tensor);
            tensor.scope = this;
            register(tensor);
        }
        return tensor;
    }

    /**
     * Lets a tensor leave this scope: one of its own moves to the parent, any other gets a second handle there, so that the
     * result can be closed without harm.
     */
    public Tensor export(Tensor tensor) {
        TensorScope parent = parent();
        if (tensor.scope == this) {
            return parent.adopt(tensor);
        }
        return parent.adopt(tensor.alias());
    }

    private TensorScope parent() {
        Deque<TensorScope> stack = STACK.get();
        if (stack.peek() != this || stack.size() < 2) {
            throw new IllegalStateException("only the innermost of several scopes can export");
        }
        var outward = stack.iterator();
        outward.next();
        return outward.next();
    }

    /** Takes this scope off its thread's stack, so that its tensors stay until it is closed, from whatever thread. */
    public TensorScope detach() {
        if (!stacked || STACK.get().peek() != this) {
            throw new IllegalStateException("only the innermost scope of a thread can be detached");
        }
        STACK.get().pop();
        stacked = false;
        return this;
    }

    /** Frees every tensor that this scope owns. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (stacked && STACK.get().peek() != this) {
            throw new IllegalStateException("scopes close in reverse order, on the thread that opened them");
        }
        if (stacked) {
            STACK.get().pop();
        }
        synchronized (this) {
            closed = true;
            for (Tensor tensor : tensors) {
                tensor.free();
            }
            LIVE.addAndGet(-tensors.size());
            tensors.clear();
        }
    }
}
