using System.Security.Cryptography;
using Appliance.Storage;

namespace Appliance.Factors.Tests;

/// <summary>A real store with one signer, a clock that stands, and factors over both.</summary>
internal sealed class FactorBench : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("factors-");
    private readonly Store _store;

    public FactorBench(TotpOptions? options = null)
    {
        _store = Store.Open(new() { Path = Path.Combine(_directory.FullName, "store.db"), TimeProvider = Time });
        Factors = new TotpFactors(Key, options ?? new(), Time);
        SignerId = AddSigner("signer");
    }

    public byte[] Key { get; } = RandomNumberGenerator.GetBytes(32);

    public ManualTime Time { get; } = new(new DateTimeOffset(2026, 11, 20, 12, 0, 7, TimeSpan.Zero));

    public TotpFactors Factors { get; }

    public Guid SignerId { get; }

    public TotpEnrolment Enrol() => Write(c => Factors.Enrol(c, SignerId, "signer@example.ro"));

    /// <summary>Enrols and activates, then lets two steps pass, so that every code of the window is fresh.</summary>
    public TotpEnrolment Pair()
    {
        var enrolment = Enrol();
        Assert.Equal(FactorStatus.Accepted, Activate(Code(enrolment)));
        Time.Advance(TimeSpan.FromSeconds(3 * enrolment.Period));
        return enrolment;
    }

    public FactorStatus Activate(string? code) => Write(c => Factors.Activate(c, SignerId, code));

    public FactorStatus Verify(string? code) => Write(c => Factors.Verify(c, SignerId, code));

    public string Code(TotpEnrolment enrolment, int steps = 0)
        => Totp.Code(
            enrolment.Algorithm,
            enrolment.Secret,
            Time.GetUtcNow() + TimeSpan.FromSeconds((double)steps * enrolment.Period),
            enrolment.Digits,
            enrolment.Period);

    /// <summary>Six digits that are no code of the window.</summary>
    public string WrongCode(TotpEnrolment enrolment)
    {
        var right = Enumerable.Range(-1, 3).Select(step => Code(enrolment, step)).ToHashSet(StringComparer.Ordinal);
        return "0123".Select(digit => new string(digit, 6)).First(code => !right.Contains(code));
    }

    public FactorRow Row() => _store.Read(c => c.Factors.FindBySigner(SignerId))!;

    public FactorRow RowOfAnotherSigner()
    {
        var other = AddSigner("other");
        Write(c => Factors.Enrol(c, other, "other")).Dispose();
        return _store.Read(c => c.Factors.FindBySigner(other))!;
    }

    public void Overwrite(Func<FactorRow, FactorRow> change) => Write(c => c.Factors.Update(change(Row())));

    public static void Repeat(int times, Action action)
    {
        for (var i = 0; i < times; i++)
        {
            action();
        }
    }

    public T Write<T>(Func<StoreConnection, T> apply)
    {
        _store.Writer.Begin();
        try
        {
            var result = apply(_store.Writer);
            _store.Writer.Commit();
            return result;
        }
        finally
        {
            _store.Writer.Rollback();
        }
    }

    public T WriteAndRollBack<T>(Func<StoreConnection, T> apply)
    {
        _store.Writer.Begin();
        var result = apply(_store.Writer);
        _store.Writer.Rollback();
        return result;
    }

    /// <summary>The database and its write-ahead log, as they are on disk.</summary>
    public byte[] StoreBytes() =>
    [
        .. _directory.GetFiles()
            .Where(file => !string.Equals(file.Extension, ".lock", StringComparison.Ordinal))
            .SelectMany(file => ReadShared(file.FullName)),
    ];

    public void Dispose()
    {
        _store.Dispose();
        _directory.Delete(recursive: true);
    }

    private static byte[] ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private Guid AddSigner(string name)
    {
        var now = Time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        Write(c =>
        {
            c.Signers.Insert(new(id, name, name, null, SignerState.Active, now.ToUnixTimeMilliseconds()));
            return true;
        });
        return id;
    }
}
