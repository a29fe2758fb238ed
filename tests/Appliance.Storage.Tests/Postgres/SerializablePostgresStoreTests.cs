using Appliance.Storage.Tests.Contract;
using Appliance.Tests.Shared.Postgres;

namespace Appliance.Storage.Tests.Postgres;

public sealed class SerializablePostgresStoreTests : StoreContract
{
    public SerializablePostgresStoreTests()
        : base(new TemporaryStore(new PostgresOptions
        {
            ConnectionString = PostgresCluster.Shared.CreateDatabase(),
            Serializable = true,
        }))
    {
    }
}
