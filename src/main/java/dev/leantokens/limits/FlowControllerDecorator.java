package dev.leantokens.limits;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;

/** Passes every call on to another flow controller. */
abstract class FlowControllerDecorator implements Http2RemoteFlowController {

    final Http2RemoteFlowController delegate;

    FlowControllerDecorator(Http2RemoteFlowController delegate) {
        this.delegate = delegate;
    }

    @Override
    public void addFlowControlled(Http2Stream stream, FlowControlled frame) {
        delegate.addFlowControlled(stream, frame);
    }

    @Override
    public boolean hasFlowControlled(Http2Stream stream) {
        return delegate.hasFlowControlled(stream);
    }

    @Override
    public void writePendingBytes() throws Http2Exception {
        delegate.writePendingBytes();
    }

    @Override
    public void listener(Listener listener) {
        delegate.listener(listener);
    }

    @Override
    public boolean isWritable(Http2Stream stream) {
        return delegate.isWritable(stream);
    }

    @Override
    public void channelWritabilityChanged() throws Http2Exception {
        delegate.channelWritabilityChanged();
    }

    @Override
    public void updateDependencyTree(int child, int parent, short weight, boolean exclusive) {
        delegate.updateDependencyTree(child, parent, weight, exclusive);
    }

    @Override
    public ChannelHandlerContext channelHandlerContext() {
        return delegate.channelHandlerContext();
    }

    @Override
    public void channelHandlerContext(ChannelHandlerContext context) throws Http2Exception {
        delegate.channelHandlerContext(context);
    }

    @Override
    public void initialWindowSize(int size) throws Http2Exception {
        delegate.initialWindowSize(size);
    }

    @Override
    public int initialWindowSize() {
        return delegate.initialWindowSize();
    }

    @Override
    public int windowSize(Http2Stream stream) {
        return delegate.windowSize(stream);
    }

    @Override
    public void incrementWindowSize(Http2Stream stream, int delta) throws Http2Exception {
        delegate.incrementWindowSize(stream, delta);
    }
}
