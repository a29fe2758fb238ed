using Appliance.Storage.Tests.Contract;
using Appliance.Tests.Shared.Postgres;

namespace Appliance.Storage.Tests.Postgres;

public sealed class PostgresStoreTests : StoreContract
{
    public PostgresStoreTests()
        : base(new TemporaryStore(new PostgresOptions { ConnectionString = PostgresCluster.Shared.CreateDatabase() }))
    {
    }
}
