namespace Appliance.Server.Tests.Csc.Clients;

/// <summary>A client application with a secret and a token.</summary>
internal sealed record TestClient(Guid Id, string Secret, string Token)
{
    public string Bearer => "Bearer " + Token;
}
