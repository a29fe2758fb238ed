using System.Text;
using Appliance.Factors;
using Appliance.Grpc.Client;
using Csc.V2;

namespace Appliance.Load.Ratio;

/// <summary>What must be done before the clock starts: sign in and authorise, over gRPC as any client would.</summary>
internal sealed class ApplianceCalls(Uri address) : IDisposable
{
    private const int Period = 30;

    private readonly GrpcChannel _channel = new(address);

    public async Task<string> LoginAsync(FixtureSigner signer)
    {
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{signer.User}:{signer.Password}"));
        var response = await _channel.UnaryAsync<LoginRequest, LoginResponse>(
            AuthReflection.Descriptor.Services[0].FindMethodByName("Login"),
            new LoginRequest(),
            new GrpcCallOptions { Metadata = new() { { "authorization", $"Basic {basic}" } } });
        return response.Message.AccessToken;
    }

    /// <summary>Opens an activation with the code of the present time step, or of the next one.</summary>
    public async Task<Activation> AuthorizeAsync(FixtureSigner signer, string token, Activation prepared, int step)
    {
        var secret = Base32.Decode(signer.TotpSecret);
        var code = Totp.Code(TotpAlgorithm.Sha1, secret, Totp.Step(TimeProvider.System.GetUtcNow(), Period) + step);
        var request = new AuthorizeRequest
        {
            CredentialId = prepared.CredentialId,
            NumSignatures = prepared.Count,
            HashAlgorithmOid = "2.16.840.1.101.3.4.2.1",
            Hashes = { prepared.Hashes },
            AuthData = { new AuthData { Id = "OTP", Value = code } },
        };
        var response = await _channel.UnaryAsync<AuthorizeRequest, AuthorizeResponse>(
            CredentialsReflection.Descriptor.Services[0].FindMethodByName("Authorize"),
            request,
            new GrpcCallOptions { Metadata = new() { { "authorization", $"Bearer {token}" } } });
        return prepared.Opened(response.Message.Sad);
    }

    public void Dispose() => _channel.Dispose();
}
