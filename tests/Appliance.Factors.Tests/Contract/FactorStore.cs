using System.Security.Cryptography;
using Appliance.Storage;

namespace Appliance.Factors.Tests.Contract;

/// <summary>A real store of either kind with a signer, and everything it proves itself with over it.</summary>
internal sealed class FactorStore : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("factors-");
    private readonly Store _store;

    /// <summary>Makes a store, or joins another of the same database with its keys and its clock.</summary>
    public FactorStore(string? postgres, FactorStore? node = null, CodeOptions? options = null)
    {
        Key = node?.Key ?? RandomNumberGenerator.GetBytes(32);
        Time = node?.Time ?? new(new DateTimeOffset(2026, 11, 20, 12, 0, 7, TimeSpan.Zero));
        _store = Store.Open(new()
        {
            Path = postgres is null ? Path.Combine(_directory.FullName, "store.db") : null,
            Postgres = postgres is null ? null : new PostgresOptions { ConnectionString = postgres },
            TimeProvider = Time,
        });
        Notices = new Notices(Key, Time);
        Codes = new OneTimeCodes(Key, Notices, options ?? new(), Time);
        Links = new OneTimeLinks(Key, Time);
        Lane = new PasswordLane(new PasswordHasher(iterations: 10, lowest: 1), concurrency: 2, queueLimit: 1_000);
        Pins = new PinFactors(Key, Lane, options ?? new(), Time);
        Contacts = new Contacts(Key);
        var notice = new LockNotice(Links, Notices, Contacts, new LinkAddresses(Time), (_, _) => CertificateAddress);
        Totp = new TotpFactors(Key, new(), Time, notice.Send);
        SignerId = node?.SignerId ?? AddSigner();
    }

    public byte[] Key { get; }

    public ManualTime Time { get; }

    public Notices Notices { get; }

    public OneTimeCodes Codes { get; }

    public OneTimeLinks Links { get; }

    public PasswordLane Lane { get; }

    public PinFactors Pins { get; }

    public Contacts Contacts { get; }

    public TotpFactors Totp { get; }

    public Guid SignerId { get; }

    public string? CertificateAddress { get; set; } = "certified@example.ro";

    public Store Store => _store;

    public CodeSending Send(CodePurpose purpose, string to = "+40721123456", Guid? subject = null)
        => Write(c => Codes.Send(c, SignerId, purpose, subject, NoticeChannel.Sms, to, "en"));

    public CodeTry Try(CodePurpose purpose, string? code, Guid? subject = null)
        => Write(c => Codes.Try(c, SignerId, purpose, subject, code));

    /// <summary>Takes the oldest message out of the outbox, as who delivers it would read it; null for none.</summary>
    public Notice? TakeNotice()
    {
        var now = Time.GetUtcNow().ToUnixTimeMilliseconds();
        var row = _store.Read(c => c.Notices.ListDue(now, true, 1)).SingleOrDefault();
        if (row is null)
        {
            return null;
        }

        var owner = Guid.NewGuid();
        Write(c => c.Notices.Lease(row, owner, now, now + 1) && c.Notices.Delete(row, owner));
        return Notices.Open(row);
    }

    public string TakeCode() => TakeNotice()!.Values["code"];

    /// <summary>One transaction; on PostgreSQL several at once, each on a connection of its own.</summary>
    public T Write<T>(Func<StoreConnection, T> apply, int writer = 0, Guid? announced = null)
    {
        var connection = _store.Writers[writer];
        lock (connection)
        {
            while (true)
            {
                try
                {
                    var keys = new StoreKeys();
                    if (announced is { } signer)
                    {
                        keys.AddSigner(signer);
                    }

                    connection.Begin(keys);
                    var result = apply(connection);
                    connection.Commit();
                    return result;
                }
                catch (StoreException error) when (error.Failure == StoreFailure.Conflict)
                {
                    // As the commit loop does: again.
                }
                finally
                {
                    connection.Rollback();
                }
            }
        }
    }

    public void Dispose()
    {
        _store.Dispose();
        Lane.Dispose();
        _directory.Delete(recursive: true);
    }

    private Guid AddSigner()
    {
        var now = Time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        return Write(c =>
        {
            c.Signers.Insert(new(
                id, $"signer {id:N}", "signer", null, SignerState.Active, now.ToUnixTimeMilliseconds()));
            Contacts.Set(c, id, new Contact("signer@example.ro", "+40721123456", "en"));
            return id;
        });
    }
}
