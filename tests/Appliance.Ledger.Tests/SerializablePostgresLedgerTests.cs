using Appliance.Ledger.Tests.Contract;
using Appliance.Ledger.Tests.Stores;

namespace Appliance.Ledger.Tests;

public sealed class SerializablePostgresLedgerTests : SharedLedgerContract
{
    private protected override TestStore NewStore() => new PostgresTestStore(serializable: true);
}
