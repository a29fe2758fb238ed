using Appliance.Factors;
using Appliance.Grpc.Client;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Hosting;
using Google.Protobuf;
using Proto = Appliance.V1;

namespace Appliance.Server.Tests.Enrolments;

/// <summary>Enrolment over gRPC: the same as over REST.</summary>
public sealed class EnrolmentGrpcTests : IAsyncLifetime
{
    private readonly RunningAppliance _appliance = new();
    private Mailbox _mailbox = null!;

    public async ValueTask InitializeAsync()
    {
        await _appliance.InitializeAsync();
        _mailbox = new Mailbox(_appliance, _appliance.Mihai.Id);
    }

    public ValueTask DisposeAsync() => _appliance.DisposeAsync();

    [Fact]
    public async Task An_authenticator_is_paired_by_link_and_code()
    {
        var invited = await CallAsync<Proto.InviteRequest, Proto.InviteResponse>(
            "Invite", new() { Purpose = "pairing" }, known: true);
        Assert.Equal("m***@example.com", invited.SentTo);
        var link = await _mailbox.TakeLinkAsync(NoticeKind.PairingLink);
        var opened = await CallAsync<Proto.OpenLinkRequest, Proto.OpenLinkResponse>("OpenLink", new() { Link = link });
        Assert.True(opened.Code.Sent);
        var again = await CallAsync<Proto.OpenLinkRequest, Proto.OpenLinkResponse>("OpenLink", new() { Link = link });
        Assert.Equal((false, opened.Code.ExpiresAt), (again.Code.Sent, again.Code.ExpiresAt));

        var code = await _mailbox.TakeCodeAsync(NoticeKind.PairingCode);
        var refused = await Assert.ThrowsAsync<GrpcStatusException>(
            () => CallAsync<Proto.ConfirmRequest, Proto.ConfirmResponse>(
                "Confirm", new() { Link = link, Code = "no code" }));
        Assert.Equal((GrpcStatusCode.PermissionDenied, "invalid_otp"), (refused.Code, refused.Error!.Reason));
        var paired = await CallAsync<Proto.ConfirmRequest, Proto.ConfirmResponse>(
            "Confirm", new() { Link = link, Code = code });
        Assert.False(paired.QrPng.IsEmpty);
        _appliance.Time.Advance(TimeSpan.FromSeconds(30));
        await CallAsync<Proto.ActivateRequest, Proto.ActivateResponse>(
            "Activate",
            new() { Link = link, Code = OneTime.Code(paired.Secret, _appliance.Time.GetUtcNow()) });

        var status = await CallAsync<Proto.FactorStatusRequest, Proto.FactorStatusResponse>(
            "Status", new(), known: true);
        Assert.Equal(("active", "none", true), (status.Totp, status.Pin, status.Password));
    }

    [Fact]
    public async Task A_telephone_is_changed_and_a_password_recovered()
    {
        await CallAsync<Proto.StartPhoneRequest, Proto.StartPhoneResponse>("StartPhone", new(), known: true);
        var first = await _mailbox.TakeCodeAsync(NoticeKind.PhoneChangeCode, NoticeChannel.Email);
        await CallAsync<Proto.ConfirmPhoneRequest, Proto.ConfirmPhoneResponse>(
            "ConfirmPhone", new() { Code = first, Phone = "+40755555555" }, known: true);
        var second = await _mailbox.TakeCodeAsync(NoticeKind.NewPhoneCode);
        var done = await CallAsync<Proto.FinishPhoneRequest, Proto.FinishPhoneResponse>(
            "FinishPhone", new() { Code = second }, known: true);
        Assert.Equal("+40******555", done.Phone);
        await _mailbox.TakeAsync(NoticeKind.PhoneChanged, NoticeChannel.Email);
        await Assert.ThrowsAsync<GrpcStatusException>(
            () => CallAsync<Proto.FactorStatusRequest, Proto.FactorStatusResponse>("Status", new(), known: true));

        await CallAsync<Proto.RecoverRequest, Proto.RecoverResponse>(
            "Recover", new() { UserName = _appliance.Mihai.User });
        var link = await _mailbox.TakeLinkAsync(NoticeKind.RecoveryLink);
        await CallAsync<Proto.SendCodeRequest, Proto.SendCodeResponse>("SendCode", new() { Link = link });
        var sms = await _mailbox.TakeAsync(NoticeKind.RecoveryCode, NoticeChannel.Sms);
        Assert.Equal("+40755555555", sms.To);
        await CallAsync<Proto.ConfirmRequest, Proto.ConfirmResponse>(
            "Confirm", new() { Link = link, Code = sms.Values["code"] });
        await CallAsync<Proto.FinishPasswordRequest, Proto.FinishPasswordResponse>(
            "FinishPassword", new() { Link = link, Password = "another horse 5" });
    }

    private async Task<TResponse> CallAsync<TRequest, TResponse>(string method, TRequest request, bool known = false)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>, new()
    {
        var options = new GrpcCallOptions();
        if (known)
        {
            options = new() { Metadata = new() { { "authorization", "Bearer " + _appliance.Mihai.Token } } };
        }

        var answer = await _appliance.Grpc.UnaryAsync<TRequest, TResponse>(
            Proto.FactorsReflection.Descriptor.Services[0].FindMethodByName(method),
            request,
            options,
            cancellationToken: TestContext.Current.CancellationToken);
        return answer.Message;
    }
}
