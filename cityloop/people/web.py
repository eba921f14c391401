"""Addresses of people: sign-in, own account, back office."""

from __future__ import annotations

from django.urls import path

from cityloop.people.views import account, lines, members, organisations, posts, sign_in

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/new-password/", sign_in.new_password, name="new-password"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("account/", account.account, name="account"),
    path("account/language/", account.language, name="account-language"),
    path("office/", organisations.office, name="office"),
    path("office/organisations/", organisations.organisations, name="office-organisations"),
    path("office/organisations/new/", organisations.new, name="office-organisation-new"),
    path("office/organisations/<int:organisation_id>/", organisations.change,
         name="office-organisation"),
    path("office/organisations/<int:organisation_id>/move/", organisations.move,
         name="office-organisation-move"),
    path("office/organisations/<int:organisation_id>/close/", organisations.close,
         name="office-organisation-close"),
    path("office/members/", members.members, name="office-members"),
    path("office/members/new/", members.new, name="office-member-new"),
    path("office/members/<int:member_id>/", members.change, name="office-member"),
    path("office/members/<int:member_id>/posts/", members.hold, name="office-member-hold"),
    path("office/members/<int:member_id>/patrol/", members.patrol, name="office-member-patrol"),
    path("office/members/<int:member_id>/answers/", members.answer_for,
         name="office-member-answer"),
    path("office/answers/<int:person_id>/end/", members.end_answer, name="office-answer-end"),
    path("office/members/<int:member_id>/password/", members.reset_password,
         name="office-member-password"),
    path("office/members/<int:member_id>/close/", members.close, name="office-member-close"),
    path("office/members/<int:member_id>/tokens/", members.issue_token,
         name="office-member-token"),
    path("office/holdings/<int:holding_id>/end/", members.end_holding, name="office-holding-end"),
    path("office/tokens/<int:token_id>/revoke/", members.revoke_token,
         name="office-token-revoke"),
    path("office/posts/", posts.posts, name="office-posts"),
    path("office/posts/new/", posts.new, name="office-post-new"),
    path("office/posts/<int:post_id>/", posts.change, name="office-post"),
    path("office/roles/", posts.roles, name="office-roles"),
    path("office/roles/merge/", posts.merge, name="office-merge"),
    path("office/roles/<str:code>/", posts.role, name="office-role"),
    path("office/responsibilities/", lines.lines, name="office-lines"),
    path("office/responsibilities/new/", lines.new, name="office-line-new"),
    path("office/responsibilities/gaps/", lines.gaps, name="office-gaps"),
    path("office/responsibilities/<int:line_id>/", lines.change, name="office-line"),
    path("office/responsibilities/<int:line_id>/end/", lines.end, name="office-line-end"),
    path("office/changes/", posts.changes, name="office-changes"),
]  # fmt: skip
