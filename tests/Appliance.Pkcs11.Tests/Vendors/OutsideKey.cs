using System.Formats.Asn1;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Modules;

namespace Appliance.Pkcs11.Tests.Vendors;

/// <summary>A key pair made outside of all tokens, so that several of any vendor can hold it.</summary>
internal sealed unsafe class OutsideKey
{
    private const uint PrivateExponent = 0x123;

    /// <summary>NSS wants the public point of an EC private key, under a number of its own (CKA_NSS_DB).</summary>
    private const uint NssPublicPoint = 0xD5A0DB00;

    private readonly RSAParameters? _rsa;
    private readonly ECParameters? _ec;

    private OutsideKey(RSAParameters? rsa, ECParameters? ec, byte[] publicKey)
    {
        _rsa = rsa;
        _ec = ec;
        var id = RandomNumberGenerator.GetBytes(16);
        Reference = new KeyReference(id, $"outside {Convert.ToHexStringLower(id)}", publicKey);
        Scheme = new SignatureScheme(
            rsa is null ? SignatureKind.EcdsaDer : SignatureKind.RsaPkcs1, HashAlgorithmName.SHA256);
    }

    public KeyReference Reference { get; }

    public SignatureScheme Scheme { get; }

    /// <summary>RSA-2048 or P-256.</summary>
    public static OutsideKey Make(string algorithm)
    {
        if (algorithm == "RSA-2048")
        {
            using var rsa = RSA.Create(2048);
            return new OutsideKey(rsa.ExportParameters(true), null, rsa.ExportSubjectPublicKeyInfo());
        }

        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new OutsideKey(null, ec.ExportParameters(true), ec.ExportSubjectPublicKeyInfo());
    }

    /// <summary>C_CreateObject, as an operator's import does it.</summary>
    public void ImportTo(Token token)
    {
        using var session = TokenSession.Open(token.Module, token.Info, readWrite: true);
        using var template = new AttributeTemplate();
        template.Add(CKA.CKA_CLASS, CKO.CKO_PRIVATE_KEY)
            .Add(CKA.CKA_KEY_TYPE, _rsa is null ? CKK.CKK_EC : CKK.CKK_RSA)
            .Add(CKA.CKA_TOKEN, true)
            .Add(CKA.CKA_PRIVATE, true)
            .Add(CKA.CKA_SENSITIVE, true)
            .Add(CKA.CKA_EXTRACTABLE, false)
            .Add(CKA.CKA_SIGN, true)
            .Add(CKA.CKA_ID, Reference.Id.Span)
            .Add(CKA.CKA_LABEL, System.Text.Encoding.UTF8.GetBytes(Reference.Label));
        if (_rsa is { } rsa)
        {
            template.Add(CKA.CKA_MODULUS, rsa.Modulus).Add(CKA.CKA_PUBLIC_EXPONENT, rsa.Exponent);
            byte[]?[] parts = [rsa.D, rsa.P, rsa.Q, rsa.DP, rsa.DQ, rsa.InverseQ];
            for (var i = 0; i < parts.Length; i++)
            {
                // CKA_PRIVATE_EXPONENT and the five that follow it.
                template.Add(PrivateExponent + (uint)i, parts[i]);
            }
        }
        else if (_ec is { } ec)
        {
            var curve = new AsnWriter(AsnEncodingRules.DER);
            curve.WriteObjectIdentifier("1.2.840.10045.3.1.7");
            template.Add(CKA.CKA_EC_PARAMS, curve.Encode()).Add(CKA.CKA_VALUE, ec.D);
            if (token.Info.Manufacturer.Contains("Mozilla", StringComparison.Ordinal))
            {
                template.Add(NssPublicPoint, [4, .. ec.Q.X!, .. ec.Q.Y!]);
            }
        }

        CULong handle;
        Assert.Equal(
            CKR.CKR_OK,
            token.Api.C_CreateObject(session.Handle, template.Pointer, template.Count, &handle));
    }
}
