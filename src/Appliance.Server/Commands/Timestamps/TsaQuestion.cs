using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using Appliance.Timestamping;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>
/// One request and what its answer must be (RFC 3161 section 2.2): granted, over the same digest, with the same nonce
/// and the policy asked for, with certificates where they were asked for and then with a right signature. Whether the
/// signer is to be trusted is for `timestamp verify` to say.
/// </summary>
internal sealed class TsaQuestion
{
    private const int NonceBytes = 8;

    private readonly HashAlgorithmName _hash;
    private readonly byte[] _digest;
    private readonly string? _policy;
    private readonly bool _certificates;
    private readonly ReadOnlyMemory<byte> _nonce;

    /// <exception cref="CommandException">The policy is no object identifier.</exception>
    public TsaQuestion(HashAlgorithmName hash, byte[] digest, string? policy, bool certificates)
    {
        _hash = hash;
        _digest = digest;
        _policy = policy;
        _certificates = certificates;
        try
        {
            Request = TimestampRequest.Create(
                hash, digest, policy, RandomNumberGenerator.GetBytes(NonceBytes), certificates);
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            throw new CommandException($"\"{policy}\" is no policy; write it as digits and dots, as 0.4.0.2023.1.1.");
        }

        _ = TimestampRequest.TryDecode(Request, out var request);
        _nonce = request.Nonce;
    }

    /// <summary>DER of the TimeStampReq.</summary>
    public byte[] Request { get; }

    /// <summary>Holds an answer against the request.</summary>
    /// <param name="response">What came.</param>
    /// <param name="source">From where, for messages.</param>
    /// <exception cref="CommandException">It is no answer, a refusal, or the answer to something else.</exception>
    public TsaAnswer Check(byte[] response, string source)
    {
        TimestampResponse answer;
        try
        {
            answer = TimestampResponse.Decode(response);
        }
        catch (AsnContentException)
        {
            throw new CommandException($"What {source} answers is no time stamp (TimeStampResp).");
        }

        if (answer.Status is not (TimestampPkiStatus.Granted or TimestampPkiStatus.GrantedWithMods))
        {
            throw new CommandException($"{source} gives no time stamp: {FailureText.Of(answer)}.");
        }

        TimestampToken said;
        try
        {
            said = TimestampToken.Decode(answer.Token);
        }
        catch (AsnContentException error)
        {
            throw new CommandException($"The token from {source} cannot be read: {error.Message}");
        }

        if (Objection(answer.Token, said) is { } objection)
        {
            throw new CommandException($"The token from {source} is not the one asked for: {objection}.");
        }

        return new TsaAnswer(response, answer.Token, said);
    }

    private string? Objection(ReadOnlyMemory<byte> token, TimestampToken said)
        => said.HashAlgorithm != _hash || !said.Digest.Span.SequenceEqual(_digest) ? "it is over another digest"
            : !said.Nonce.Span.SequenceEqual(_nonce.Span) ? "it has another nonce, or none"
            : _policy is not null && !string.Equals(said.Policy, _policy, StringComparison.Ordinal)
                ? $"its policy is {said.Policy}"
            : _certificates ? SignatureObjection(token)
            : null;

    private static string? SignatureObjection(ReadOnlyMemory<byte> token)
    {
        try
        {
            var cms = new SignedCms();
            cms.Decode(token.Span);
            if (cms.Certificates.Count == 0)
            {
                return "it has no certificate though one was asked for";
            }

            return Rfc3161TimestampToken.TryDecode(token, out var decoded, out _)
                && decoded.VerifySignatureForHash(
                    decoded.TokenInfo.GetMessageHash().Span, decoded.TokenInfo.HashAlgorithmId, out _)
                    ? null
                    : "its signature, or the certificate in it, is wrong";
        }
        catch (CryptographicException error)
        {
            return $"its signature cannot be verified ({error.Message})";
        }
    }
}
