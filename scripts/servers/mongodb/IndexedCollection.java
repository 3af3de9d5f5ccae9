import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.memory.MemoryCollection;
import de.bwaldvogel.mongo.bson.Document;
import java.util.stream.Stream;

/** A collection whose searches use the index that narrows them most, those by a part of the primary key as well. */
final class IndexedCollection extends MemoryCollection {
    private static final String ID = "_id";
    private static final String ID_INDEX = "_id_";

    /** The filter with which an aggregation on this thread begins. */
    static final ThreadLocal<Document> FIRST_MATCH = new ThreadLocal<>();

    IndexedCollection(MongoDatabase database, String name, CollectionOptions options, CursorRegistry cursors) {
        super(database, name, options, cursors);
    }

    @Override
    protected QueryResult queryDocuments(Document query, Document order, int skip, int limit, int batchSize, Document fields) {
        SecondaryIndex best = null;
        int most = 0;
        for (Index<Integer> index : getIndexes()) {
            if (index.getName().equals(ID_INDEX) && query.containsKey(ID)) {
                Document byId = new Document(ID, query.get(ID));
                if (index.canHandle(byId)) return matchDocuments(query, index.getPositions(byId), order, skip, limit, batchSize, fields);
            }
            int narrowed = index instanceof SecondaryIndex secondary ? secondary.fieldsNarrowedBy(query) : 0;
            if (narrowed <= most) continue;
            best = (SecondaryIndex) index;
            most = narrowed;
        }
        if (best == null) return super.queryDocuments(query, order, skip, limit, batchSize, fields);
        return matchDocuments(query, best.getPositions(query), order, skip, limit, batchSize, fields);
    }

    @Override
    public Stream<Document> queryAllAsStream() {
        Document match = FIRST_MATCH.get();
        return match == null ? super.queryAllAsStream() : handleQueryAsStream(match);
    }
}
