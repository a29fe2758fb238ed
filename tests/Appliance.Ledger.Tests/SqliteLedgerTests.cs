using Appliance.Ledger.Tests.Contract;
using Appliance.Ledger.Tests.Stores;

namespace Appliance.Ledger.Tests;

public sealed class SqliteLedgerTests : LedgerContract
{
    private protected override TestStore NewStore() => new SqliteTestStore();
}
