using System.Security.Cryptography;
using Appliance.Pkcs11.Tests.Fakes;
using Appliance.Pkcs11.Tests.Tokens;

namespace Appliance.Pkcs11.Tests.Sessions;

/// <summary>Two tokens with the same key, of a library that misbehaves on demand.</summary>
internal sealed class FakeGroup : IDisposable
{
    public static readonly SignatureScheme Scheme = new(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);

    private readonly string _folder = Directory.CreateTempSubdirectory("appliance-fakes-").FullName;
    private readonly Pkcs11Module _module;

    public FakeGroup(bool alone = false, VendorProfile? profile = null)
    {
        _module = alone ? FakeLibrary.LoadAlone() : FakeLibrary.Load();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var parameters = key.ExportParameters(includePrivateParameters: true);
        Key = First.AddKey("key", ECDsa.Create(parameters));
        Second.AddKey("key", ECDsa.Create(parameters));
        FirstToken = Open(First, profile);
        SecondToken = Open(Second, profile);
    }

    public FakeSlot First { get; } = new();

    public FakeSlot Second { get; } = new();

    public Token FirstToken { get; }

    public Token SecondToken { get; }

    public KeyReference Key { get; }

    public static byte[] Hash(byte first)
    {
        var hash = new byte[32];
        hash[0] = first;
        return hash;
    }

    public static void AssertSigned(SignJob job)
    {
        Assert.Equal(SignOutcome.Signed, job.Outcome);
        for (var i = 0; i < job.Hashes.Count; i++)
        {
            Assert.True(Verification.IsGood(job.Key, job.Scheme, job.Hashes[i], job.Signatures[i]!), $"Signature {i}");
        }
    }

    public SignJob Job(params byte[] first) => Jobs.New(Key, Scheme, [.. first.Select(Hash)]);

    public async Task<SignJob> SignAsync(SlotGroup group, params byte[] first)
    {
        var job = Job(first);
        await Jobs.TryAsync(group, job);
        return job;
    }

    public void Dispose()
    {
        FirstToken.Dispose();
        SecondToken.Dispose();
        First.Dispose();
        Second.Dispose();
        _module.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Token Open(FakeSlot slot, VendorProfile? profile)
        => slot.Open(_module, new RefusedPins(Path.Combine(_folder, slot.Serial), TimeProvider.System), profile);
}
