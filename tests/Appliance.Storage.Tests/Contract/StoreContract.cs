namespace Appliance.Storage.Tests.Contract;

/// <summary>What every store does with rows and transactions: each store's class runs all of it.</summary>
public abstract partial class StoreContract : IDisposable
{
    private static long s_millisecond;

    private readonly TemporaryStore _temporary;
    private readonly Guid _signer = NewId();
    private readonly Guid _profile = NewId();

    private protected StoreContract(TemporaryStore temporary) => _temporary = temporary;

    private protected TemporaryStore Temporary => _temporary;

    private StoreConnection Writer => _temporary.Writer;

    public void Dispose()
    {
        _temporary.Dispose();
        GC.SuppressFinalize(this);
    }

    private static Guid NewId() => Guid.CreateVersion7(
        DateTimeOffset.UnixEpoch.AddMilliseconds(Interlocked.Increment(ref s_millisecond)));

    private SignerRow AddSigner(string name)
    {
        var row = new SignerRow(_signer, name, "Name", null, SignerState.Active, 1);
        Writer.Signers.Insert(row);
        return row;
    }

    private CredentialRow AddCredential()
    {
        if (Writer.Signers.Find(_signer) is null)
        {
            AddSigner("a");
        }

        if (Writer.Profiles.Find(_profile) is null)
        {
            Writer.Profiles.Insert(new ProfileRow(_profile, _signer, ProfileKind.Employee, "Payroll", 2));
        }

        var row = new CredentialRow(
            NewId(), _profile, _signer, [1, 2], "label", 3, [4, 5], [6], [[7, 7], [8]], CredentialState.Enabled, 2, 100,
            "text", 10, 20, 1, 30);
        Writer.Credentials.Insert(row);
        return row;
    }
}
