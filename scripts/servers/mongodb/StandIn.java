import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.backend.memory.MemoryCollection;
import de.bwaldvogel.mongo.backend.memory.MemoryDatabase;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerException;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * mongo-java-server as tests need it: what was answered is there after a SIGKILL. Every command that writes is put into a
 * journal, and done again at the next start. It is given the port and the file.
 *
 * It knows MongoDB 5.0, but says that it is older, which today's drivers refuse; and it has `hello` under its old name only.
 * Of indexes it has the unique ones only, and searches that name more than their fields are scans: here the others are made
 * too, and used, so that a search costs what it finds and not what the collection holds.
 */
public class StandIn extends MemoryBackend {
    private static final int WIRE_VERSION_OF_5_0 = 13;
    private static final Set<String> WRITES =
        Set.of("insert", "update", "delete", "findAndModify", "createIndexes", "create", "drop", "dropDatabase");

    private OutputStream journal;

    public static void main(String[] args) throws IOException, InterruptedException {
        StandIn backend = new StandIn();
        backend.replay(Path.of(args[1]));
        MongoServer server = new MongoServer(backend);
        server.bind("127.0.0.1", Integer.parseInt(args[0]));
        Thread.currentThread().join();
    }

    private StandIn() {
        version(new MongoVersion() {
            @Override
            public List<Integer> getVersionArray() {
                return List.of(5, 0, 0);
            }

            @Override
            public int getWireVersion() {
                return WIRE_VERSION_OF_5_0;
            }
        });
    }

    @Override
    public Document handleCommand(Channel channel, String database, String command, Document query) {
        if (command.equals("aggregate")) return aggregated(channel, database, query);
        if (!WRITES.contains(command)) {
            return super.handleCommand(channel, database, command.equals("hello") ? "isMaster" : command, query);
        }
        // In the order in which they were done. What is written to a file outlives the process that wrote it.
        synchronized (this) {
            if (journal != null) record(new Document("database", database).append("command", command).append("query", query));
            return super.handleCommand(channel, database, command, query);
        }
    }

    private void record(Document entry) {
        ByteBuf buffer = Unpooled.buffer();
        BsonEncoder.encodeDocument(entry, buffer);
        try {
            journal.write(buffer.array(), buffer.arrayOffset() + buffer.readerIndex(), buffer.readableBytes());
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    private void replay(Path file) throws IOException {
        ByteBuf entries = Unpooled.wrappedBuffer(Files.exists(file) ? Files.readAllBytes(file) : new byte[0]);
        Channel channel = new EmbeddedChannel();
        while (entries.readableBytes() >= Integer.BYTES && entries.getIntLE(entries.readerIndex()) <= entries.readableBytes()) {
            Document entry = BsonDecoder.decodeBson(entries);
            try {
                handleCommand(channel, (String) entry.get("database"), (String) entry.get("command"), (Document) entry.get("query"));
            } catch (MongoServerException refusedAsTheFirstTime) {
                continue;
            }
        }
        journal = new FileOutputStream(file.toFile(), true);
    }

    @Override
    public MemoryDatabase openOrCreateDatabase(String name) {
        return new MemoryDatabase(name, getCursorRegistry()) {
            @Override
            protected MemoryCollection openOrCreateCollection(String collection, CollectionOptions options) {
                return new IndexedCollection(this, collection, options, cursorRegistry);
            }

            @Override
            protected Index<Integer> openOrCreateSecondaryIndex(String collection, String index, List<IndexKey> keys, boolean sparse) {
                return new SecondaryIndex(index, keys);
            }
        };
    }

    /** An aggregation that begins with a filter reads what that finds. */
    private Document aggregated(Channel channel, String database, Document query) {
        if (query.get("pipeline") instanceof List<?> stages && !stages.isEmpty() && stages.get(0) instanceof Document first) {
            boolean isSimple = stages.stream().noneMatch(stage -> stage instanceof Document each && each.containsKey("$lookup"));
            if (isSimple && first.get("$match") instanceof Document match) IndexedCollection.FIRST_MATCH.set(match);
        }
        try {
            return super.handleCommand(channel, database, "aggregate", query);
        } finally {
            IndexedCollection.FIRST_MATCH.remove();
        }
    }
}
