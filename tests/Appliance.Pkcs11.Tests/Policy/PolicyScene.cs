using System.Security.Cryptography;
using System.Text;
using Appliance.Pkcs11.Tests.Tokens;
using Appliance.Tests.Shared.Misbehaving;

namespace Appliance.Pkcs11.Tests.Policy;

/// <summary>
/// A SoftHSM of its own behind the misbehaving module, with a token that has some keys: what is finalised or dropped
/// here harms no other test.
/// </summary>
public sealed class PolicyScene : IDisposable
{
    private readonly SoftHsm _hsm;
    private readonly Pkcs11Module _module;
    private readonly string _label;

    public PolicyScene(SoftHsm hsm)
    {
        _hsm = hsm;
        _label = "Policy " + Path.GetRandomFileName();
        string[] pins = ["--pin", SoftHsm.Pin, "--so-pin", SoftHsm.SecurityOfficerPin];
        hsm.Run("softhsm2-util", ["--init-token", "--free", "--label", _label, .. pins]);
        Misbehaving = new MisbehavingModule(Path.Combine(hsm.Folder, _label), SoftHsm.Library, ownsReal: true);
        _module = Pkcs11Module.Load(Misbehaving.Path);
        Selector = TokenSelector.Parse("label:" + _label);
        using var token = Open(VendorProfile.Default);
        First = MakeKey(token, "first");
        Second = MakeKey(token, "second");
        var wrapper = token.GenerateKeyWrappingKey("w"u8, "wrapper");
        Wrapped = [.. Enumerable.Range(0, 2).Select(number => MakeWrapped(token, wrapper, $"wrapped {number}"))];
    }

    public KeyReference First { get; }

    public KeyReference Second { get; }

    /// <summary>Keys that the token unwraps when they are needed.</summary>
    public IReadOnlyList<KeyReference> Wrapped { get; }

    internal MisbehavingModule Misbehaving { get; }

    private TokenSelector Selector { get; }

    /// <summary>Logged in, with a probe key, and with a memory of refused PINs of its own.</summary>
    public Token Open(VendorProfile profile)
    {
        Misbehaving.Rules();
        var token = _module.OpenToken(Selector, profile);
        token.Login(PinSource.FromBytes(Encoding.UTF8.GetBytes(SoftHsm.Pin)), _hsm.NewRefusedPins());
        Assert.True(token.EnsureProbeKey());
        return token;
    }

    /// <summary>What the token says of itself now.</summary>
    public TokenInfo ReadToken() => _module.ListTokens().Single(token => token.Label == _label);

    public void Dispose()
    {
        Misbehaving.Rules();
        _module.Dispose();
        Misbehaving.Dispose();
    }

    private static KeyReference MakeWrapped(Token token, KeyReference wrapper, string name)
    {
        var made = token.GenerateWrappedKeyPair(KeyAlgorithm.EcP256, "w"u8, name, wrapper);
        return new KeyReference("w"u8, name, made.SubjectPublicKeyInfo, made.PrivateKey);
    }

    private static KeyReference MakeKey(Token token, string name)
    {
        var id = SHA256.HashData(Encoding.UTF8.GetBytes(name))[..8];
        return new KeyReference(id, name, token.GenerateKeyPair(KeyAlgorithm.EcP256, id, name));
    }
}
