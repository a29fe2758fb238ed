using Appliance.Storage.Tests.Contract;

namespace Appliance.Storage.Tests;

public sealed class SqliteStoreTests : StoreContract
{
    public SqliteStoreTests()
        : base(new TemporaryStore())
    {
    }
}
