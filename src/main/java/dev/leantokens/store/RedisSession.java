package dev.leantokens.store;

import java.util.List;
import java.util.function.Consumer;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import io.vertx.redis.client.impl.types.ErrorType;

/**
 * The connections to Redis from one outage to the next: one for scripts and one for messages. Both are opened together, and the
 * failure of one ends the session. To be used on one event loop.
 */
final class RedisSession {

    private static final int KIND = 0;
    private static final int MESSAGE = 2;

    private final Redis scriptClient;
    private final Redis messageClient;
    private final String channel;
    private final Consumer<Buffer> onMessage;
    private final Consumer<StoreFault> onFault;
    private final Promise<Void> subscribed = Promise.promise();

    private RedisConnection scripts;
    private RedisConnection messages;
    private boolean closed;

    /**
     * @param onMessage receives the messages of the channel
     * @param onFault is called when a connection breaks
     */
    RedisSession(Redis scriptClient, Redis messageClient, String channel, Consumer<Buffer> onMessage,
            Consumer<StoreFault> onFault) {
        this.scriptClient = scriptClient;
        this.messageClient = messageClient;
        this.channel = channel;
        this.onMessage = onMessage;
        this.onFault = onFault;
    }

    /** @return completes when both connections can be used; may never complete */
    Future<Void> open() {
        return scriptClient.connect().compose(connection -> {
            scripts = connection;
            watch(connection);
            return messageClient.connect();
        }).compose(connection -> {
            messages = connection;
            watch(connection);
            connection.handler(this::receive);
            return connection.send(Request.cmd(Command.SUBSCRIBE).arg(channel));
        }).compose(sent -> subscribed.future());
    }

    private void watch(RedisConnection connection) {
        connection.endHandler(end -> fail(StoreFault.CONNECTION));
        connection.exceptionHandler(fault -> fail(StoreFault.of(fault)));
    }

    private void fail(StoreFault fault) {
        subscribed.tryFail(new StoreUnavailableException(fault));
        if (!closed) {
            onFault.accept(fault);
        }
    }

    /** Receives messages, and the replies to SUBSCRIBE, which Redis sends in the same way. */
    private void receive(Response reply) {
        if (reply instanceof ErrorType error) {
            fail(StoreFault.of(error));
        } else if (reply != null && (reply.type() == ResponseType.PUSH || reply.type() == ResponseType.MULTI)
                && reply.isArray() && reply.size() > MESSAGE && reply.get(KIND) != null) {
            switch (reply.get(KIND).toString()) {
                case "subscribe" -> subscribed.tryComplete();
                case "message" -> onMessage.accept(reply.get(MESSAGE).toBuffer());
                default -> {
                    // Nothing else is subscribed to.
                }
            }
        }
    }

    /** @return the reply to a script that Redis knows; fails with the error NOSCRIPT if it does not */
    Future<Response> evalsha(StoreScript script, List<String> keys, List<Buffer> arguments) {
        return eval(Request.cmd(Command.EVALSHA).arg(script.digest()), keys, arguments);
    }

    Future<Response> eval(StoreScript script, List<String> keys, List<Buffer> arguments) {
        return eval(Request.cmd(Command.EVAL).arg(script.text()), keys, arguments);
    }

    private Future<Response> eval(Request request, List<String> keys, List<Buffer> arguments) {
        request.arg(keys.size());
        keys.forEach(request::arg);
        arguments.forEach(request::arg);
        return scripts.send(request);
    }

    /** @return the reply to a PING on the connection for messages */
    Future<Response> pingMessages() {
        return messages.send(Request.cmd(Command.PING));
    }

    void publish(Buffer message) {
        scripts.send(Request.cmd(Command.PUBLISH).arg(channel).arg(message));
    }

    void close() {
        closed = true;
        scriptClient.close();
        messageClient.close();
    }

    /** @return a session whose clients are created now, on the event loop of this call */
    static RedisSession create(RedisClients clients, Vertx vertx, int attempt, String channel, Consumer<Buffer> onMessage,
            Consumer<StoreFault> onFault) {
        return new RedisSession(clients.forScripts(vertx), clients.forMessages(vertx, attempt), channel, onMessage, onFault);
    }
}
