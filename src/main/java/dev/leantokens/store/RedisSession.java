package dev.leantokens.store;

import java.util.List;
import java.util.function.Consumer;

import org.jboss.logging.Logger;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.impl.ContextInternal;
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

    private static final Logger LOG = Logger.getLogger(RedisSession.class);

    /** More than a large fleet sends in half a second. */
    private static final int MAX_MESSAGES = 5000;
    private static final int KIND = 0;
    private static final int MESSAGE = 2;

    private final ContextInternal context;
    private final String channel;
    private final Consumer<Buffer> onMessage;
    private final Consumer<StoreFault> onFault;
    private final Promise<Void> subscribed = Promise.promise();

    private Redis scriptClient;
    private Redis messageClient;
    private RedisConnection scripts;
    private RedisConnection messages;
    private boolean closed;
    private Promise<Void> signOfLife = Promise.promise();
    /** The number of messages since the last probe. */
    private int received;

    /**
     * @param parent the context of the event loop
     * @param onMessage receives the messages of the channel
     * @param onFault is called when the session can no longer be used, and was not closed; perhaps several times
     */
    RedisSession(ContextInternal parent, String channel, Consumer<Buffer> onMessage, Consumer<StoreFault> onFault) {
        // A separate context, to whose handler Vert.x reports the exceptions of its parser for replies. They leave the
        // connection unusable, and nothing else reports them.
        this.context = parent.owner().createEventLoopContext(parent.nettyEventLoop(), parent.workerPool(),
                parent.classLoader());
        this.channel = channel;
        this.onMessage = onMessage;
        this.onFault = onFault;
        context.exceptionHandler(exception -> {
            // Without the exception, which can quote a URL with its password.
            LOG.debug("A connection to Redis failed: " + exception.getClass().getName());
            // With assertions enabled, Vert.x reports a connection that ends after it has failed.
            fail(exception instanceof AssertionError ? StoreFault.CONNECTION : StoreFault.NONSENSE);
        });
    }

    /** @return completes when both connections can be used; may never complete. To be called once. */
    Future<Void> open(RedisClients clients, int attempt) {
        Promise<Void> opened = Promise.promise();
        // Vert.x' clients open their connections on the context that is current when they are created.
        context.dispatch(ignored -> {
            if (closed) {
                return;
            }
            try {
                scriptClient = clients.forScripts(context.owner(), attempt);
                messageClient = clients.forMessages(context.owner(), attempt);
            } catch (RuntimeException e) {
                LOG.debug("A client of Redis cannot be created: " + e.getClass().getName());
                opened.fail(new StoreUnavailableException(StoreFault.CONNECTION));
                return;
            }
            connect().onComplete(opened);
        });
        return opened.future();
    }

    private Future<Void> connect() {
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

    /**
     * Receives messages, and the replies to SUBSCRIBE, which Redis sends in the same way. Also receives a reply to PING if a
     * message came before it: Vert.x takes the message for the reply then.
     */
    private void receive(Response reply) {
        signOfLife.tryComplete();
        if (++received == MAX_MESSAGES) {
            // Everyone who can write Redis can send messages. Nothing depends on them, and scripts run on the same event loop.
            messages.pause();
        }
        if (reply instanceof ErrorType error) {
            fail(StoreFault.of(error));
        } else if (reply != null && (reply.type() == ResponseType.PUSH || reply.type() == ResponseType.MULTI)
                && reply.isArray() && reply.size() > MESSAGE && reply.get(KIND) != null) {
            switch (reply.get(KIND).toString()) {
                case "subscribe" -> subscribed.tryComplete();
                case "message" -> onMessage.accept(reply.get(MESSAGE).toBuffer());
                default -> {
                    // No other channel is subscribed to.
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

    /** @return completes when something arrives on the connection for messages */
    Future<Void> probeMessages() {
        signOfLife = Promise.promise();
        if (received >= MAX_MESSAGES) {
            messages.resume();
            signOfLife.complete();
        } else {
            messages.send(Request.cmd(Command.PING)).onSuccess(pong -> signOfLife.tryComplete())
                    .onFailure(signOfLife::tryFail);
        }
        received = 0;
        return signOfLife.future();
    }

    void publish(Buffer message) {
        scripts.send(Request.cmd(Command.PUBLISH).arg(channel).arg(message));
    }

    /** Closes the connections, also those that are being opened. May be called several times. */
    void close() {
        if (!closed) {
            closed = true;
            if (scriptClient != null) {
                scriptClient.close();
            }
            if (messageClient != null) {
                messageClient.close();
            }
        }
    }

}
