using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Appliance.Load.Timestamps;

/// <summary>An answer kept for verification after the clock has stopped.</summary>
internal sealed record StampSample(Rfc3161TimestampRequest Request, byte[] Response, X509Certificate2 Unit)
{
    /// <summary>By .NET: granted, digest and nonce of the request, signed by the unit's certificate.</summary>
    public bool Verifies()
    {
        try
        {
            var token = Request.ProcessResponse(Response, out var used);
            return used == Response.Length
                && token.VerifySignatureForHash(
                    Request.GetMessageHash().Span, HashAlgorithmName.SHA256, out var signer)
                && signer.RawDataMemory.Span.SequenceEqual(Unit.RawDataMemory.Span);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
