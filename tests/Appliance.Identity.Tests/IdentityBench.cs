using Appliance.Factors;
using Appliance.Ledger;
using Appliance.Signing;
using Appliance.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Identity.Tests;

/// <summary>A real store and commit loop, a clock that stands, and Identity over them.</summary>
internal sealed class IdentityBench : IAsyncDisposable
{
    public const string Password = "correct horse battery staple";

    private readonly byte[] _stored;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("identity-");

    public IdentityBench(int capacity = AccessTokens.DefaultCapacity, PasswordLane? passwords = null)
    {
        Store = Store.Open(new() { Path = Path.Combine(_directory.FullName, "store.db"), TimeProvider = Time });
        Commits = new CommitLoop(Store, new(), Time, NullLogger<CommitLoop>.Instance);
        Passwords = passwords ?? new PasswordLane(new PasswordHasher(1000, lowest: 1));
        _stored = Passwords.Hasher.Hash(Password);
        Tokens = new AccessTokens(Store, Time, capacity);
        Service = new SignInService(Store, Commits, Passwords, Tokens, new(), Time);
        Signers = new SignerDirectory(Commits, Passwords, Time, Tokens);
    }

    public static CancellationToken Test => TestContext.Current.CancellationToken;

    public ManualTime Time { get; } = new(new DateTimeOffset(2026, 11, 20, 12, 0, 7, TimeSpan.Zero));

    public Store Store { get; }

    public CommitLoop Commits { get; }

    public PasswordLane Passwords { get; }

    public AccessTokens Tokens { get; }

    public SignInService Service { get; }

    public SignerDirectory Signers { get; }

    public Task<T> Write<T>(Func<StoreConnection, T> apply) => Commits.WriteAsync(apply, Test).AsTask();

    /// <summary>Adds a signer with <see cref="Password"/>, or with the hash given, or with none.</summary>
    public async Task<Guid> AddSigner(string name = "ion@example.ro", byte[]? stored = null, bool password = true)
    {
        var id = Guid.CreateVersion7(Time.GetUtcNow());
        await Write(c =>
        {
            c.Signers.Insert(new(
                id, name, name, password ? stored ?? _stored : null, SignerState.Active,
                Time.GetUtcNow().ToUnixTimeMilliseconds()));
            return true;
        });
        return id;
    }

    public Task Limit(Guid signerId) => Write(c => c.Signers.SetState(signerId, SignerState.Limited));

    public Task<LoginResult> Login(string name = "ion@example.ro", string password = Password, bool rememberMe = false)
        => Service.LoginAsync(name, password, rememberMe, Test);

    public async Task<LoginResult> LoginOk(string name = "ion@example.ro", bool rememberMe = false)
    {
        var result = await Login(name, rememberMe: rememberMe);
        Assert.Equal(LoginStatus.Ok, result.Status);
        return result;
    }

    public Task<LoginResult> Refresh(string? token, bool rememberMe = true)
        => Service.RefreshAsync(token ?? "", rememberMe, Test);

    public Task<RevokeStatus> Revoke(Guid signerId, string? token, string? hint = null)
        => Service.RevokeAsync(new Caller(signerId, Guid.Empty), token ?? "", hint, Test);

    public TokenStatus Status(string token) => Tokens.Glance(token).Status;

    /// <summary>Event, outcome, signer and detail of every audit record, oldest first.</summary>
    public IReadOnlyList<(AuditEvent Event, AuditOutcome Outcome, Guid? Signer, string? Detail)> Audit()
        => [.. Store.Read(c => AuditTrail.Read(c, new AuditQuery { OldestFirst = true, Limit = 10_000 }))
            .Select(e => (e.Record.Event, e.Record.Outcome, e.Record.SignerId, e.Record.Detail))];

    /// <summary>The database and its write-ahead log, as they are on disk.</summary>
    public byte[] StoreBytes() =>
    [
        .. _directory.GetFiles()
            .Where(file => !string.Equals(file.Extension, ".lock", StringComparison.Ordinal))
            .SelectMany(file => ReadShared(file.FullName)),
    ];

    public async ValueTask DisposeAsync()
    {
        await Commits.DisposeAsync();
        Passwords.Dispose();
        Store.Dispose();
        _directory.Delete(recursive: true);
    }

    private static byte[] ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
