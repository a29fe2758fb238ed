using Appliance.Ledger.Tests.Stores;
using Appliance.Storage;

namespace Appliance.Ledger.Tests.Contract;

/// <summary>
/// What the ledger promises over every store: each store's class runs all of it. Evidence before effect, all or
/// nothing, used once: see ARCHITECTURE.md.
/// </summary>
public abstract partial class LedgerContract
{
    /// <summary>An empty store of its own for each test.</summary>
    private protected abstract TestStore NewStore();

    private protected Task<LedgerFixture> StartAsync(CommitLoopOptions? options = null)
        => LedgerFixture.StartAsync(NewStore(), options);

    private static async Task SetStateAsync(LedgerFixture ledger, CredentialState state)
        => Assert.True(await ledger.WriteAsync(c => c.Credentials.SetState(ledger.Credential, state)));
}
